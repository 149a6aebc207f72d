package io.k8j.model.schema;

import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Defaults inside Pods and Pod templates; see {@link DefaultRules}. */
final class PodDefaultRules {
    private PodDefaultRules() {}

    /** What a Pod gets and a template does not. */
    static void pod(Map<String, Object> pod) {
        Map<String, Object> spec = DefaultRules.child(pod, "spec");
        List<Object> containers = new ArrayList<>(Trees.list(spec, "containers"));
        containers.addAll(Trees.list(spec, "initContainers"));
        for (Object container : containers) requestsFromLimits(Trees.map(container));
        podPages(spec);
        podRequests(spec);
        if (spec.get("enableServiceLinks") == null) spec.put("enableServiceLinks", true);
        if (!Boolean.TRUE.equals(spec.get("hostNetwork"))) return;
        for (Object container : containers) {
            for (Object item : Trees.list(container, "ports")) {
                Map<String, Object> port = Trees.map(item);
                Object host = port.get("hostPort");
                if (host == null || host.equals(0L)) port.put("hostPort", port.get("containerPort"));
            }
        }
    }

    private static void requestsFromLimits(Map<String, Object> container) {
        Map<String, Object> limits = Trees.map(container, "resources", "limits");
        if (limits.isEmpty()) return;
        Map<String, Object> requests = DefaultRules.child(Trees.map(container, "resources"), "requests");
        limits.forEach(requests::putIfAbsent);
    }

    /** Limits of huge pages of the Pod as a whole, once it says anything as a whole: what its containers may have. */
    private static void podPages(Map<String, Object> spec) {
        Map<String, Object> requests = Trees.map(spec, "resources", "requests");
        if (requests.isEmpty() && Trees.map(spec, "resources", "limits").isEmpty()) return;
        Set<String> names = new TreeSet<>();
        for (String list : List.of("containers", "initContainers")) {
            for (Object container : Trees.list(spec, list)) {
                names.addAll(Trees.map(container, "resources", "limits").keySet());
            }
        }
        names.removeIf(name -> !name.startsWith("hugepages-") || requests.containsKey(name));
        if (names.isEmpty()) return;
        Map<String, Object> limits = DefaultRules.child(Trees.map(spec, "resources"), "limits");
        for (String name : names)
            limits.putIfAbsent(name, ofContainers(spec, "limits", name).toString());
    }

    /** Requests of the Pod as a whole, once it has limits: what its containers ask for, else its limits. */
    private static void podRequests(Map<String, Object> spec) {
        Map<String, Object> limits = Trees.map(spec, "resources", "limits");
        if (limits.isEmpty()) return;
        Map<String, Object> requests = new LinkedHashMap<>(Trees.map(spec, "resources", "requests"));
        for (String resource : List.of("cpu", "memory")) {
            Quantity sum = ofContainers(spec, "requests", resource);
            if (sum != null) requests.putIfAbsent(resource, sum.toString());
        }
        for (Map.Entry<String, Object> limit : new TreeMap<>(limits).entrySet()) {
            String name = limit.getKey();
            if (name.equals("cpu") || name.equals("memory") || name.startsWith("hugepages-"))
                requests.putIfAbsent(name, limit.getValue());
        }
        if (!requests.isEmpty()) Trees.map(spec, "resources").put("requests", requests);
    }

    /** The largest need at any time: all containers and sidecars together, or one init container and the sidecars before it. */
    private static Quantity ofContainers(Map<String, Object> spec, String list, String resource) {
        Quantity running = null;
        for (Object container : Trees.list(spec, "containers"))
            running = add(running, amount(container, list, resource));
        Quantity sidecars = null;
        Quantity starting = null;
        for (Object container : Trees.list(spec, "initContainers")) {
            Quantity amount = amount(container, list, resource);
            boolean sidecar = "Always".equals(Trees.string(container, "restartPolicy"));
            if (sidecar) sidecars = add(sidecars, amount);
            Quantity now = sidecar ? sidecars : add(sidecars, amount);
            if (now != null && (starting == null || now.compareTo(starting) > 0)) starting = now;
        }
        Quantity total = add(running, sidecars);
        if (total == null) return starting;
        return starting != null && starting.compareTo(total) > 0 ? starting : total;
    }

    private static Quantity amount(Object container, String list, String resource) {
        Object value = Trees.get(container, "resources", list, resource);
        return value == null ? null : Quantity.of(value);
    }

    private static Quantity add(Quantity a, Quantity b) {
        return a == null ? b : b == null ? a : a.add(b);
    }

    static void podSpec(Map<String, Object> spec) {
        Object current = spec.get("serviceAccountName");
        boolean named = current != null && !current.equals("");
        Object name = named ? current : spec.get("serviceAccount");
        if (name == null || name.equals("")) return;
        spec.put("serviceAccountName", name);
        spec.put("serviceAccount", name);
    }

    static void container(Map<String, Object> container) {
        DefaultRules.absent(container, "imagePullPolicy", pullPolicy(Trees.string(container, "image")));
    }

    static void volume(Map<String, Object> volume) {
        boolean bare = volume.entrySet().stream().allMatch(e -> e.getKey().equals("name") || e.getValue() == null);
        if (bare) volume.put("emptyDir", new LinkedHashMap<>());
        if (volume.get("image") instanceof Map<?, ?> image)
            DefaultRules.absent(Trees.asMap(image), "pullPolicy", pullPolicy(Trees.string(image, "reference")));
    }

    private static final String COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");

    private static String pullPolicy(String image) {
        return tag(image == null ? "" : image).equals("latest") ? "Always" : "IfNotPresent";
    }

    /** The tag an image reference means: {@code latest} if it names neither tag nor digest; empty if it is malformed. */
    private static String tag(String image) {
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        int slash = name.lastIndexOf('/');
        int colon = name.indexOf(':', slash + 1);
        String path = colon < 0 ? name : name.substring(0, colon);
        int end = path.indexOf('/');
        String first = end < 0 ? "" : path.substring(0, end);
        boolean registry = first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
        if (!REPOSITORY.matcher(registry ? path.substring(end + 1) : path).matches()) return "";
        if (colon >= 0) return name.substring(colon + 1);
        return at < 0 ? "latest" : "";
    }
}
