package io.k8j.apiserver.discovery;

import io.k8j.model.resource.ResourceRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Orders versions: stable before beta before alpha, newer before older, other names last. */
final class VersionOrder implements Comparator<String> {
    private static final Pattern VERSION = Pattern.compile("v(\\d+)(?:(alpha|beta)(\\d+))?");
    private static final Comparator<String> INSTANCE = new VersionOrder();

    /** Built-in groups keep upstream's order; others are ordered by their versions' names. */
    static <T> Map<String, T> sorted(String group, Map<String, T> versions) {
        List<String> names = new ArrayList<>(versions.keySet());
        List<String> known = ResourceRegistry.known().versions(group);
        names.sort(known.isEmpty() ? INSTANCE : Comparator.comparingInt(known::indexOf));
        Map<String, T> sorted = new LinkedHashMap<>();
        names.forEach(name -> sorted.put(name, versions.get(name)));
        return sorted;
    }

    @Override
    public int compare(String a, String b) {
        Matcher left = VERSION.matcher(a);
        Matcher right = VERSION.matcher(b);
        boolean leftFits = left.matches();
        boolean rightFits = right.matches();
        if (!leftFits || !rightFits) {
            return leftFits == rightFits ? a.compareTo(b) : leftFits ? -1 : 1;
        }
        int byStability = stability(right) - stability(left);
        if (byStability != 0) {
            return byStability;
        }
        int byMajor = number(right, 1) - number(left, 1);
        return byMajor != 0 ? byMajor : number(right, 3) - number(left, 3);
    }

    private static int stability(Matcher version) {
        return version.group(2) == null ? 2 : version.group(2).equals("beta") ? 1 : 0;
    }

    private static int number(Matcher version, int group) {
        String digits = version.group(group);
        return digits == null || digits.length() > 9 ? 0 : Integer.parseInt(digits);
    }
}
