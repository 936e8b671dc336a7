import sys
from pathlib import Path

# The readable twins of the kernels are a module beside their tests.
sys.path.insert(0, str(Path(__file__).parent))
