"""The watcher is killed while files arrive: each file ends exactly once, whole, with a number, searchable."""

import pytest
from storm import storm

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("watchers", "kills", "seed"), [(1, 10, 21), (2, 12, 22)])
def test_nothing_is_lost_or_doubled(tmp_path, watchers, kills, seed):
    outcome = storm(tmp_path / "home", kills=kills, files=24, seed=seed, watchers=watchers)
    assert outcome.problems == []
    assert outcome.kills >= kills
    assert outcome.registered + outcome.quarantined == outcome.files
    assert outcome.quarantined == 2
