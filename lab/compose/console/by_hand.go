package console

import (
	"authlab/lab/contract"
	"context"
	"fmt"
	"slices"
	"strings"
)

// byHand is the answer to what takes Docker: the command for a person to type.
func byHand(command string) error {
	return contract.ByHand{What: "The lab's console has no way to Docker. In the folder with docker-compose.yml, type the command.", Command: command}
}

// Scale implements contract.Lab. How many replicas there can be, the compose file says.
func (c *Console) Scale(_ context.Context, replicas int) error {
	names, always := c.names(), c.always()
	switch {
	case replicas > len(names):
		return contract.ByHand{What: fmt.Sprintf("There are %d replicas in docker-compose.yml, and no more.", len(names))}
	case replicas > always:
		more := names[always:replicas]
		return byHand("docker compose up -d --scale " + strings.Join(more, "=1 --scale ") + "=1 " + strings.Join(more, " "))
	case replicas < always:
		return byHand("docker compose kill " + strings.Join(names[replicas:always], " "))
	case always < len(names):
		return byHand("docker compose rm -sf " + strings.Join(names[always:], " "))
	}
	return nil
}

// RotateKeys implements contract.Lab.
func (c *Console) RotateKeys(_ context.Context, overlap bool) error {
	command := "docker compose run --rm setup keys rotate --keys /keys/keys.json"
	if overlap {
		command += " --overlap"
	}
	return byHand(command + " && docker compose kill -s HUP " + strings.Join(c.names()[:c.always()], " "))
}

func (c *Console) names() []string {
	names := make([]string, len(c.replicas))
	for i, r := range c.replicas {
		names[i] = r.name
	}
	return names
}

// always is how many replicas are there always. The spare ones come after those.
func (c *Console) always() int {
	if i := slices.IndexFunc(c.replicas, func(r *replica) bool { return r.spare }); i >= 0 {
		return i
	}
	return len(c.replicas)
}
