package onramp.interop;

/** Derived has a field of the same name as its parent. */
public class Derived extends Base {
    private static final long serialVersionUID = 1;

    public String name;
    public String more;
}
