package onramp.interop;

public enum Color {
    RED, GREEN, BLUE
}
