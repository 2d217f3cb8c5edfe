package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// built is where peers are built, below the module's folder and, for processes that run
// in interop/<peer>, two folders up.
const built = ".build/peers"

// maven returns an install that packages a Maven project into .build/peers/<name>,
// unless that was made of the same sources. sources are the folders, beside dir, that it
// compiles.
func maven(name string, sources ...string) func(ctx context.Context, dir string) error {
	return func(ctx context.Context, dir string) error {
		if err := need("install a JDK 17 and Maven 3.8 (the packages openjdk-17-jdk-headless and maven of the system)", "java", "mvn"); err != nil {
			return err
		}
		target, err := filepath.Abs(filepath.Join(dir, "..", "..", built, name))
		if err != nil {
			return err
		}
		sum, err := digest(dir, append([]string{"pom.xml", "src"}, sources...))
		if err != nil {
			return err
		}
		stamp := filepath.Join(target, ".onramp-sources")
		if have, err := os.ReadFile(stamp); err == nil && string(have) == sum {
			return nil
		}
		if err := os.RemoveAll(target); err != nil {
			return err
		}
		// Offline first: it is enough as a rule, and asks nobody.
		arguments := []string{"-q", "-B", "package", "-Dpeer.target=" + target}
		if install(ctx, dir, "mvn", append(arguments, "-o")...) != nil {
			if err := install(ctx, dir, "mvn", arguments...); err != nil {
				return err
			}
		}
		return os.WriteFile(stamp, []byte(sum), 0o644)
	}
}

// java is the command of a peer that maven has built.
func java(name string) []string {
	target := "../../" + built + "/" + name
	return []string{"java", "@jvm.flags", "-cp", target + "/peer.jar:" + target + "/lib/*", "onramp.interop.Main"}
}

// goModule builds the Go module in dir. The go command knows what has changed.
func goModule(name string) func(ctx context.Context, dir string) error {
	return func(ctx context.Context, dir string) error {
		return install(ctx, dir, "go", "build", "-o", "../../"+built+"/"+name+"/peer", ".")
	}
}

// need says how to get a program that is not there.
func need(advice string, programs ...string) error {
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("there is no %s on the PATH: %s", program, advice)
		}
	}
	return nil
}

// install runs a program in dir, and says what it wrote when it fails.
func install(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	ownGroup(cmd)
	cmd.Cancel = func() error { return killGroup(cmd) }
	said := new(tail)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s in %s: %w\n    | %s", program, args[0], dir, err, strings.Join(said.lines(), "\n    | "))
	}
	return nil
}

// digest sums the files that are, or are below, paths of dir.
func digest(dir string, paths []string) (string, error) {
	var files []string
	for _, p := range paths {
		err := filepath.WalkDir(filepath.Join(dir, p), func(path string, e fs.DirEntry, err error) error {
			if os.IsNotExist(err) && p == "src" { // it has none of its own
				return nil
			}
			if err == nil && e.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	slices.Sort(files)
	h := sha256.New()
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(path), len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
