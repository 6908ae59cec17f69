"""The configuration keys that an upstream sees, and may change for itself."""

from ...upstream.asked.requests import Requests
from ...upstream.speech import Sampling


class VirtualKeys:
    """The configuration keys of a charge point, as one upstream sees them."""

    def __init__(self, requests: Requests) -> None:
        """Begin with what the upstream has set before."""
        self._requests = requests

    @property
    def sampling(self) -> Sampling:
        """The values that the upstream wants."""
        return Sampling()
