package onramp.interop;

import java.io.Serializable;

public class Inner implements Serializable {
    private static final long serialVersionUID = 1;

    public String name;
    public Inner inner;
}
