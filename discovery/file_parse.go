package discovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/onrampmesh/onramp"
)

// parseFile reads the services of a file. The walk has a fixed depth.
func parseFile(data []byte) (map[string][]onramp.Endpoint, *FileError) {
	if err := checkSyntax(data); err != nil {
		return nil, err
	}
	p := fileParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	list := make(map[string][]onramp.Endpoint)
	err := p.object("", func(service string) error {
		if service == "" {
			return errors.New("a service has no name")
		}
		eps, err := p.endpoints(service)
		list[service] = eps
		return err
	})
	if err != nil {
		return nil, p.failure(err)
	}
	return list, nil
}

// checkSyntax refuses what is not one JSON value, as a half-written file is not.
func checkSyntax(data []byte) *FileError {
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	if err == nil {
		return nil
	}
	at := len(data)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset)
	}
	return &FileError{Line: line(data, at), Reason: "this is not JSON: " + err.Error()}
}

// line returns the number of the line that holds the byte before offset.
func line(data []byte, offset int) int {
	return 1 + bytes.Count(data[:max(0, min(offset, len(data))-1)], []byte{'\n'})
}

// fileParser walks a file's tokens. Its syntax is known to be right.
type fileParser struct {
	data []byte
	dec  *json.Decoder
}

// fieldError is an error at a place in the file's object.
type fieldError struct {
	field string
	err   error
}

func (e *fieldError) Error() string { return e.field + ": " + e.err.Error() }

// failure adds the place where the walk stopped.
func (p *fileParser) failure(err error) *FileError {
	out := &FileError{Line: line(p.data, int(p.dec.InputOffset())), Reason: err.Error()}
	if f, ok := err.(*fieldError); ok {
		out.Field, out.Reason = f.field, f.err.Error()
	}
	return out
}

// at gives an error its place, unless it has one.
func at(field string, err error) error {
	if _, placed := err.(*fieldError); placed || err == nil || field == "" {
		return err
	}
	return &fieldError{shorten(field), err}
}

// object calls each for every key of the object at field. each reads the value.
func (p *fileParser) object(field string, each func(key string) error) error {
	if err := p.open(json.Delim('{'), "an object"); err != nil {
		return at(field, err)
	}
	seen := make(map[string]bool)
	for p.dec.More() {
		key, err := p.text()
		if err != nil {
			return at(field, err)
		}
		place := key
		if field != "" {
			place = field + "." + key
		}
		if seen[key] {
			return at(place, errors.New("it stands there twice"))
		}
		seen[key] = true
		if err := each(key); err != nil {
			return at(place, err)
		}
	}
	_, err := p.dec.Token()
	return at(field, err)
}

func (p *fileParser) text() (string, error) {
	t, err := p.dec.Token()
	if err != nil {
		return "", err
	}
	if s, ok := t.(string); ok {
		return s, nil
	}
	return "", errors.New("want a string, have " + describe(t))
}

func (p *fileParser) number() (uint32, error) {
	t, err := p.dec.Token()
	if err != nil {
		return 0, err
	}
	if n, ok := t.(json.Number); ok {
		if v, err := strconv.ParseUint(n.String(), 10, 32); err == nil {
			return uint32(v), nil
		}
	}
	return 0, errors.New("want a whole number from 0 to 4294967295, have " + describe(t))
}

func (p *fileParser) open(want json.Delim, name string) error {
	t, err := p.dec.Token()
	if err == nil && t != want {
		err = errors.New("want " + name + ", have " + describe(t))
	}
	return err
}

// describe names a token that is not what was wanted.
func describe(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case string:
		return quote(t)
	case json.Delim:
		return map[json.Delim]string{'{': "an object", '[': "a list"}[t]
	}
	return shorten(fmt.Sprint(t))
}
