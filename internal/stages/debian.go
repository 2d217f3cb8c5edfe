package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// debian is a program of a Debian package. The version is the one that the
// machine's release has.
type debian struct{ program, pkg string }

// systemPath is where programs for the administrator stand: not in everybody's PATH.
const systemPath = "/usr/local/sbin:/usr/sbin:/sbin"

// path returns where the program stands, "" when it does not.
func (d debian) path() string {
	if p, err := exec.LookPath(d.program); err == nil {
		return p
	}
	for _, dir := range filepath.SplitList(systemPath) {
		if p := filepath.Join(dir, d.program); exists(p) {
			return p
		}
	}
	return ""
}

// install gets the packages that are missing, outside of the stage's time, and
// says which versions are there.
func (j *job) install(ctx context.Context, wanted []debian) error {
	var missing []string
	for _, d := range wanted {
		if d.path() == "" {
			missing = append(missing, d.pkg)
		}
	}
	if len(missing) > 0 {
		if err := j.aptGet(ctx, missing); err != nil {
			return err
		}
	}
	for _, d := range wanted {
		if d.path() == "" {
			return fmt.Errorf("the package %s is there, and its program %s is not", d.pkg, d.program)
		}
		version, err := output(ctx, j.project.root, "dpkg-query", "-W", d.pkg)
		if err != nil {
			version = d.pkg + ": not a Debian package here"
		}
		j.sayf("%s: %s", d.path(), strings.Join(strings.Fields(version), " "))
	}
	return nil
}

// aptGet installs packages. It needs root, as what they are for does.
func (j *job) aptGet(ctx context.Context, pkgs []string) error {
	names := strings.Join(pkgs, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("%s is missing, and there is no apt-get: install it by hand", names)
	}
	quiet := []string{"DEBIAN_FRONTEND=noninteractive"}
	if err := j.run(ctx, command{args: []string{"apt-get", "update", "-qq"}, env: quiet}); err != nil {
		return err
	}
	args := append([]string{"apt-get", "install", "-y", "-qq", "--no-install-recommends"}, pkgs...)
	if err := j.run(ctx, command{args: args, env: quiet}); err != nil {
		return fmt.Errorf("%s is missing: %w", names, err)
	}
	return nil
}

// asRoot fails when this process is not root's, and says what is to be done.
func asRoot(what string) error {
	if os.Geteuid() == 0 {
		return nil
	}
	return errors.New(what + " needs root: run it as root, such as: sudo make netns")
}
