"""Everything that touches the network, git, the clock or the environment; one SDK each."""
