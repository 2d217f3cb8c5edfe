package onramp.interop;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Json reads and writes the lines: maps, lists, strings, Long, Double, Boolean and null. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** parse reads one object. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> parse(String line) {
        Json j = new Json(line);
        Object v = j.value();
        if (!(v instanceof Map)) {
            throw j.wrong("an object");
        }
        return (Map<String, Object>) v;
    }

    private Object value() {
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> m = new LinkedHashMap<>();
        at++;
        while (peek() != '}') {
            String key = string();
            expect(':');
            m.put(key, value());
            if (peek() == ',') {
                at++;
            }
        }
        at++;
        return m;
    }

    private List<Object> array() {
        List<Object> l = new ArrayList<>();
        at++;
        while (peek() != ']') {
            l.add(value());
            if (peek() == ',') {
                at++;
            }
        }
        at++;
        return l;
    }

    private String string() {
        expect('"');
        StringBuilder b = new StringBuilder();
        for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
            b.append(c == '\\' ? escaped() : c);
        }
        return b.toString();
    }

    private char escaped() {
        char c = text.charAt(at++);
        switch (c) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default:
                return c;
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int begin = at;
        while (at < text.length() && "+-0123456789.eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String n = text.substring(begin, at);
        if (n.isEmpty()) {
            throw wrong("a value");
        }
        if (n.matches("-?[0-9]+")) {
            return Long.valueOf(n);
        }
        return Double.valueOf(n);
    }

    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw wrong("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException wrong(String want) {
        return new IllegalArgumentException("line has no " + want + " at " + at);
    }

    /** write returns the text of v. */
    static String write(Object v) {
        StringBuilder b = new StringBuilder();
        write(b, v);
        return b.toString();
    }

    private static void write(StringBuilder b, Object v) {
        if (v instanceof Map) {
            b.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> i = ((Map<?, ?>) v).entrySet().iterator(); i.hasNext();) {
                Map.Entry<?, ?> e = i.next();
                quote(b, e.getKey().toString());
                b.append(':');
                write(b, e.getValue());
                b.append(i.hasNext() ? "," : "");
            }
            b.append('}');
        } else if (v instanceof Iterable) {
            b.append('[');
            for (Iterator<?> i = ((Iterable<?>) v).iterator(); i.hasNext();) {
                write(b, i.next());
                b.append(i.hasNext() ? "," : "");
            }
            b.append(']');
        } else if (v == null || v instanceof Number || v instanceof Boolean) {
            b.append(v);
        } else {
            quote(b, v.toString());
        }
    }

    private static void quote(StringBuilder b, String s) {
        b.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                b.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        b.append('"');
    }
}
