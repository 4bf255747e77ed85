"""The Zendesk in a box with Opsroom's rule engine in it: `python -m automations.sandbox`, options as the sandbox's."""

import sys

from automations.sandbox.engine import OpsroomEngine
from integrations.zendesk.sandbox.cli import main

if __name__ == "__main__":
    sys.exit(main(engine=OpsroomEngine()))
