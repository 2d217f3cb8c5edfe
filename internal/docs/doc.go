// Package docs holds, as tests, that what is written about this module is true:
// every entry point is shown by an example that runs, and the pages name commands,
// tests and files that exist. Nothing imports it.
package docs
