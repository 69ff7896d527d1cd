"""How an act passes: who acts, the gate, and what somebody may do just now."""
