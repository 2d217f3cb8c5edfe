package main

// Collections of the JDK that travel with their class. The library keeps no class
// of a list or a map unless a type of that name is registered.

// Items are the elements of a collection, in order.
type Items struct{ items []any }

// Get returns the elements.
func (c *Items) Get() []any { return c.items }

// Set replaces the elements.
func (c *Items) Set(items []any) { c.items = items }

// LinkedList is java.util.LinkedList.
type LinkedList struct{ Items }

// JavaClassName names the class.
func (LinkedList) JavaClassName() string { return "java.util.LinkedList" }

// HashSet is java.util.HashSet.
type HashSet struct{ Items }

// JavaClassName names the class.
func (HashSet) JavaClassName() string { return "java.util.HashSet" }

// LinkedHashSet is java.util.LinkedHashSet.
type LinkedHashSet struct{ Items }

// JavaClassName names the class.
func (LinkedHashSet) JavaClassName() string { return "java.util.LinkedHashSet" }

// TreeSet is java.util.TreeSet.
type TreeSet struct{ Items }

// JavaClassName names the class.
func (TreeSet) JavaClassName() string { return "java.util.TreeSet" }

// LinkedHashMap is java.util.LinkedHashMap.
type LinkedHashMap map[string]any

// JavaClassName names the class.
func (LinkedHashMap) JavaClassName() string { return "java.util.LinkedHashMap" }

// TreeMap is java.util.TreeMap.
type TreeMap map[string]any

// JavaClassName names the class.
func (TreeMap) JavaClassName() string { return "java.util.TreeMap" }

// ConcurrentHashMap is java.util.concurrent.ConcurrentHashMap.
type ConcurrentHashMap map[string]any

// JavaClassName names the class.
func (ConcurrentHashMap) JavaClassName() string { return "java.util.concurrent.ConcurrentHashMap" }
