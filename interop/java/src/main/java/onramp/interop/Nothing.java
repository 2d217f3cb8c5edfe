package onramp.interop;

import java.io.Serializable;

/** Nothing has no fields. */
public class Nothing implements Serializable {
    private static final long serialVersionUID = 1;
}
