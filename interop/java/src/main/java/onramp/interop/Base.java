package onramp.interop;

import java.io.Serializable;

public class Base implements Serializable {
    private static final long serialVersionUID = 1;

    public int id;
    public String name;
}
