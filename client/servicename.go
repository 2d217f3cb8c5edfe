package client

import (
	"errors"
	"fmt"
	"strings"
)

// checkService says what is wrong with the name of a service that a policy or a plan
// is for. A name may hold a slash, but one behind an interface's name is a method's.
func checkService(name string) error {
	if name == "" {
		return errors.New("the service's name is empty; a policy for all services is WithPolicy without a name")
	}
	if strings.Contains(name, "://") {
		return fmt.Errorf("%q is a target: want the service's name alone, like com.acme.Greeter", name)
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 && strings.Contains(name[:i], ".") {
		return fmt.Errorf("%q names a method: want the service's name alone, %q", name, name[:i])
	}
	return nil
}
