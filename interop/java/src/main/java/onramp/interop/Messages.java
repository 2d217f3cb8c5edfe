package onramp.interop;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages stand on lines as the README of the peers says. */
final class Messages {
    private Messages() {
    }

    /** fromLine makes the message that a line describes. */
    static Message fromLine(Map<String, Object> line) {
        Message m = new Message();
        m.text = (String) line.get("text");
        if (line.containsKey("size")) {
            m.data = Samples.fill(number(line, "size"));
        }
        m.number = line.containsKey("number") ? Long.parseLong((String) line.get("number")) : 0;
        m.sleep = number(line, "sleep");
        m.tags = line.containsKey("tags") ? texts(line.get("tags")) : null;
        m.counts = counts(line.get("counts"));
        m.ratio = line.containsKey("ratio") ? ((Number) line.get("ratio")).doubleValue() : 0;
        m.flag = Boolean.TRUE.equals(line.get("flag"));
        List<String> names = texts(line.get("inner"));
        for (int i = names.size() - 1; i >= 0; i--) {
            Inner outer = new Inner();
            outer.name = names.get(i);
            outer.inner = m.inner;
            m.inner = outer;
        }
        m.color = Color.values()[number(line, "color")];
        m.offset = number(line, "offset");
        m.packed = packed(line.get("packed"));
        return m;
    }

    /** toLine describes a message that came. */
    static Map<String, Object> toLine(Message m) {
        Map<String, Object> line = new LinkedHashMap<>();
        if (m == null) {
            return line;
        }
        byte[] data = m.data == null ? new byte[0] : m.data;
        line.put("text", m.text == null ? "" : m.text);
        line.put("number", Long.toString(m.number));
        line.put("sleep", m.sleep);
        line.put("size", data.length);
        line.put("sha256", sha256(data));
        line.put("tags", m.tags == null ? Collections.emptyList() : m.tags);
        line.put("counts", m.counts == null ? Collections.emptyMap() : m.counts);
        line.put("ratio", m.ratio);
        line.put("flag", m.flag);
        List<String> names = new ArrayList<>();
        for (Inner in = m.inner; in != null; in = in.inner) {
            names.add(in.name == null ? "" : in.name);
        }
        line.put("inner", names);
        line.put("color", m.color == null ? 0 : m.color.ordinal());
        line.put("offset", m.offset);
        List<Integer> packed = new ArrayList<>();
        for (int n : m.packed == null ? new int[0] : m.packed) {
            packed.add(n);
        }
        line.put("packed", packed);
        return line;
    }

    static int number(Map<String, Object> line, String key) {
        Object v = line.get(key);
        return v == null ? 0 : ((Number) v).intValue();
    }

    static List<String> texts(Object v) {
        List<String> l = new ArrayList<>();
        if (v != null) {
            for (Object s : (List<?>) v) {
                l.add((String) s);
            }
        }
        return l;
    }

    private static Map<String, Integer> counts(Object v) {
        if (v == null) {
            return null;
        }
        Map<String, Integer> m = new HashMap<>();
        ((Map<?, ?>) v).forEach((key, n) -> m.put((String) key, ((Number) n).intValue()));
        return m;
    }

    private static int[] packed(Object v) {
        return v == null ? null : ((List<?>) v).stream().mapToInt(n -> ((Number) n).intValue()).toArray();
    }

    private static String sha256(byte[] data) {
        StringBuilder b = new StringBuilder();
        try {
            for (byte x : MessageDigest.getInstance("SHA-256").digest(data)) {
                b.append(String.format("%02x", x));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return b.toString();
    }
}
