package main

// named makes of each map whose keys are strings one whose type says so, within
// lists and maps. The library's generic calls spoil the keys of any other map.
func named(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = named(item)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			k, ok := key.(string)
			if !ok {
				return v
			}
			out[k] = named(item)
		}
		return out
	}
	return v
}
