package onramp.interop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

public class Node implements Serializable {
    private static final long serialVersionUID = 1;

    public String name;
    public Node parent;
    public List<Node> children = new ArrayList<>();
}
