package onramp.interop;

import java.io.Serializable;

/** Kinds are more classes than a short object tag can name. */
public final class Kinds {
    private Kinds() {
    }

    /** all returns one object of each class, with n from 0 on. */
    public static Object[] all() {
        return new Object[] {
            new K0(0), new K1(1), new K2(2), new K3(3), new K4(4), new K5(5), new K6(6), new K7(7), new K8(8),
            new K9(9), new K10(10), new K11(11), new K12(12), new K13(13), new K14(14), new K15(15), new K16(16), new K17(17),
        };
    }

    /** K is what they have in common. */
    public abstract static class K implements Serializable {
        private static final long serialVersionUID = 1;

        public int n;
    }

    public static class K0 extends K {
        private static final long serialVersionUID = 1;

        public K0() {
        }

        K0(int n) {
            this.n = n;
        }
    }

    public static class K1 extends K {
        private static final long serialVersionUID = 1;

        public K1() {
        }

        K1(int n) {
            this.n = n;
        }
    }

    public static class K2 extends K {
        private static final long serialVersionUID = 1;

        public K2() {
        }

        K2(int n) {
            this.n = n;
        }
    }

    public static class K3 extends K {
        private static final long serialVersionUID = 1;

        public K3() {
        }

        K3(int n) {
            this.n = n;
        }
    }

    public static class K4 extends K {
        private static final long serialVersionUID = 1;

        public K4() {
        }

        K4(int n) {
            this.n = n;
        }
    }

    public static class K5 extends K {
        private static final long serialVersionUID = 1;

        public K5() {
        }

        K5(int n) {
            this.n = n;
        }
    }

    public static class K6 extends K {
        private static final long serialVersionUID = 1;

        public K6() {
        }

        K6(int n) {
            this.n = n;
        }
    }

    public static class K7 extends K {
        private static final long serialVersionUID = 1;

        public K7() {
        }

        K7(int n) {
            this.n = n;
        }
    }

    public static class K8 extends K {
        private static final long serialVersionUID = 1;

        public K8() {
        }

        K8(int n) {
            this.n = n;
        }
    }

    public static class K9 extends K {
        private static final long serialVersionUID = 1;

        public K9() {
        }

        K9(int n) {
            this.n = n;
        }
    }

    public static class K10 extends K {
        private static final long serialVersionUID = 1;

        public K10() {
        }

        K10(int n) {
            this.n = n;
        }
    }

    public static class K11 extends K {
        private static final long serialVersionUID = 1;

        public K11() {
        }

        K11(int n) {
            this.n = n;
        }
    }

    public static class K12 extends K {
        private static final long serialVersionUID = 1;

        public K12() {
        }

        K12(int n) {
            this.n = n;
        }
    }

    public static class K13 extends K {
        private static final long serialVersionUID = 1;

        public K13() {
        }

        K13(int n) {
            this.n = n;
        }
    }

    public static class K14 extends K {
        private static final long serialVersionUID = 1;

        public K14() {
        }

        K14(int n) {
            this.n = n;
        }
    }

    public static class K15 extends K {
        private static final long serialVersionUID = 1;

        public K15() {
        }

        K15(int n) {
            this.n = n;
        }
    }

    public static class K16 extends K {
        private static final long serialVersionUID = 1;

        public K16() {
        }

        K16(int n) {
            this.n = n;
        }
    }

    public static class K17 extends K {
        private static final long serialVersionUID = 1;

        public K17() {
        }

        K17(int n) {
            this.n = n;
        }
    }
}
