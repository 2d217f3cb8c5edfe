package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// stampFile says which lock file the folder's node_modules was made from.
const stampFile = "node_modules/.onramp-lock"

// npm installs what the lock file of dir names, unless that is there already.
func npm(ctx context.Context, dir string) error {
	if err := need("install Node.js 18 or newer, which has both node and npm (https://nodejs.org, or the package nodejs of the system)", "node", "npm"); err != nil {
		return err
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
	if err := install(ctx, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"); err != nil {
		return err
	}
	return os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o644)
}
