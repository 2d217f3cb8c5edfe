package onramp.interop;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** Message is that of proto/echo.proto; what is not set is null, zero, false or RED. */
public class Message implements Serializable {
    private static final long serialVersionUID = 1;

    public String text;
    public byte[] data;
    public long number;
    public int sleep;
    public List<String> tags;
    public Map<String, Integer> counts;
    public double ratio;
    public boolean flag;
    public Inner inner;
    public Color color = Color.RED;
    public int offset;
    public int[] packed;
}
