import sys
from pathlib import Path

# What several test files build their documents from.
sys.path.insert(0, str(Path(__file__).parent))
