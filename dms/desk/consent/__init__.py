"""Acts that need another person: access, change, deletion, holds, appraisal (R5, R8, R9)."""
