package io.k8j.apiserver.crd;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders API versions as discovery does: v1 after v1beta2 after v1alpha1, higher numbers later, odd names first. */
final class VersionOrder {
    private static final Pattern KUBE = Pattern.compile("v(\\d{1,9})(?:(alpha|beta)(\\d{1,9}))?");

    private VersionOrder() {}

    static int compare(String a, String b) {
        Matcher x = KUBE.matcher(a);
        Matcher y = KUBE.matcher(b);
        boolean first = x.matches();
        boolean second = y.matches();
        if (!first || !second) return first == second ? b.compareTo(a) : Boolean.compare(first, second);
        int stable = Integer.compare(stability(x), stability(y));
        if (stable != 0) return stable;
        int major = new BigInteger(x.group(1)).compareTo(new BigInteger(y.group(1)));
        if (major != 0 || x.group(3) == null) return major;
        return new BigInteger(x.group(3)).compareTo(new BigInteger(y.group(3)));
    }

    private static int stability(Matcher m) {
        return m.group(2) == null ? 2 : m.group(2).equals("beta") ? 1 : 0;
    }
}
