import pathlib
import sys

# In Lambda the layer is on the path; here it is a folder.
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "layer"))
