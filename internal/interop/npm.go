package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// stampFile says which lock file the folder's node_modules was made from.
const stampFile = "node_modules/.onramp-lock"

// npm installs what the lock file of dir names, unless that is there already.
func npm(ctx context.Context, dir string) error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("there is no %s on the PATH: install Node.js 18 or newer, which has both node and npm (https://nodejs.org, or the package nodejs of the system)", program)
		}
	}
	lock, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	if strings.Contains(string(lock), `"resolved"`) {
		return errors.New("package-lock.json names a registry: write it by npm install --omit-lockfile-registry-resolved")
	}
	sum := sha256.Sum256(lock)
	stamp := filepath.Join(dir, stampFile)
	if have, err := os.ReadFile(stamp); err == nil && string(have) == hex.EncodeToString(sum[:]) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = dir
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	said := new(tail)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n    | %s", dir, err, strings.Join(said.lines(), "\n    | "))
	}
	return os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o644)
}
