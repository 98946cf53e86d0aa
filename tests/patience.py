"""How long a test waits for what another thread, process or machine of the same computer does before it gives up."""

PATIENCE = 120.0  # seconds of real time: only what would fail waits so long, and a busy machine is no fault
