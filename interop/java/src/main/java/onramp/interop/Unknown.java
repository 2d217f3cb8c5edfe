package onramp.interop;

import java.io.Serializable;

/** Unknown is a class that Onramp's side does not register: there it is a generic object. */
public class Unknown implements Serializable {
    private static final long serialVersionUID = 1;

    public int a;
    public String b;
    public Unknown c;
}
