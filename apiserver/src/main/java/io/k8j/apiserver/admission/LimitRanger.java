package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fills in a namespace's default requests and limits, and holds its bounds. */
record LimitRanger(ObjectReader reader) implements AdmissionPlugin {
    private static final GroupVersionResource LIMIT_RANGES = new GroupVersionResource("", "v1", "limitranges");
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    @Override
    public String name() {
        return "LimitRanger";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return Ask.isFor(request, "pods", Operation.CREATE)
                || Ask.isFor(request, "pods", "resize", Operation.UPDATE)
                || Ask.isFor(request, "persistentvolumeclaims", Operation.CREATE, Operation.UPDATE);
    }

    private List<List<Place>> ranges(AdmissionRequest request) {
        return reader.list(LIMIT_RANGES, Ask.namespace(request)).stream()
                .map(range -> Ask.tree(range).at("spec", "limits").items())
                .toList();
    }

    @Override
    public void mutate(AdmissionRequest request) {
        if (Ask.isFor(request, "pods", Operation.CREATE)) {
            for (List<Place> limits : ranges(request)) fill(request, limits);
        }
    }

    private static void fill(AdmissionRequest request, List<Place> limits) {
        Map<String, Object> requests = new TreeMap<>();
        Map<String, Object> maximums = new TreeMap<>();
        for (Place limit : limits) {
            if (limit.text("type").equals("Container")) {
                requests.putAll(limit.field("defaultRequest").map());
                maximums.putAll(limit.field("default").map());
            }
        }
        if (requests.isEmpty() && maximums.isEmpty()) {
            return;
        }
        List<String> notes = new ArrayList<>();
        for (Object c : Trees.list(request.object(), "spec", "containers")) {
            fill(Trees.map(c), requests, maximums, "container", notes);
        }
        for (Object c : Trees.list(request.object(), "spec", "initContainers")) {
            fill(Trees.map(c), requests, maximums, "init container", notes);
        }
        if (!notes.isEmpty()) {
            Trees.set(
                    request.object(),
                    "LimitRanger plugin set: " + String.join("; ", notes),
                    "metadata",
                    "annotations",
                    ANNOTATION);
        }
    }

    private static void fill(
            Map<String, Object> container,
            Map<String, Object> requests,
            Map<String, Object> limits,
            String kind,
            List<String> notes) {
        if (container.isEmpty()) {
            return;
        }
        for (String list : List.of("requests", "limits")) {
            Map<String, Object> amounts = new LinkedHashMap<>(Trees.map(container, "resources", list));
            List<String> set = new ArrayList<>();
            (list.equals("requests") ? requests : limits).forEach((name, amount) -> {
                if (amounts.putIfAbsent(name, amount) == null) {
                    set.add(name);
                }
            });
            if (!set.isEmpty()) {
                Trees.set(container, amounts, "resources", list);
                String word = list.substring(0, list.length() - 1);
                notes.add(String.join(", ", set) + " " + word + " for " + kind + " " + container.get("name"));
            }
        }
    }

    @Override
    public void validate(AdmissionRequest request) {
        for (List<Place> limits : ranges(request)) validate(request, limits);
    }

    private static void validate(AdmissionRequest request, List<Place> limits) {
        List<String> errors = new ArrayList<>();
        boolean pod = request.context().resource().resource().equals("pods");
        for (Place limit : limits) {
            String type = limit.text("type");
            if (pod && type.equals("Container")) {
                for (String list : List.of("containers", "initContainers")) {
                    for (Place c : Ask.object(request).at("spec", list).items()) {
                        new Bounds(
                                        type,
                                        PodAmounts.of(c.at("resources", "requests")),
                                        PodAmounts.of(c.at("resources", "limits")))
                                .check(limit, errors);
                    }
                }
            } else if (pod && type.equals("Pod")) {
                Place spec = Ask.object(request).field("spec");
                new Bounds(type, PodAmounts.ofSpec(spec, "requests"), PodAmounts.ofSpec(spec, "limits"))
                        .check(limit, errors);
            } else if (!pod && type.equals("PersistentVolumeClaim")) {
                claim(limit, PodAmounts.of(Ask.object(request).at("spec", "resources", "requests")), errors);
            }
        }
        if (!errors.isEmpty()) {
            List<String> distinct = errors.stream().distinct().toList();
            throw Ask.forbidden(
                    request, distinct.size() == 1 ? distinct.getFirst() : "[" + String.join(", ", distinct) + "]");
        }
    }

    private static void claim(Place limit, Map<String, Quantity> requests, List<String> errors) {
        String type = "PersistentVolumeClaim";
        PodAmounts.of(limit.field("min")).forEach((name, least) -> {
            Quantity request = requests.get(name);
            String rule = "minimum %s usage per %s is %s".formatted(name, type, least);
            if (request == null) {
                errors.add(rule + ".  No request is specified");
            } else if (request.compareTo(least) < 0) {
                errors.add(rule + ", but request is " + request);
            }
        });
        PodAmounts.of(limit.field("max")).forEach((name, most) -> {
            Quantity request = requests.get(name);
            String rule = "maximum %s usage per %s is %s".formatted(name, type, most);
            if (request == null) {
                errors.add(rule + ".  No request is specified");
            } else if (request.compareTo(most) > 0) {
                errors.add(rule + ", but request is " + request);
            }
        });
    }

    /** What one container or Pod asks for, held against one limit. */
    private record Bounds(String type, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        void check(Place limit, List<String> errors) {
            PodAmounts.of(limit.field("min")).forEach((name, least) -> minimum(name, least, errors));
            PodAmounts.of(limit.field("max")).forEach((name, most) -> maximum(name, most, errors));
            PodAmounts.of(limit.field("maxLimitRequestRatio")).forEach((name, most) -> ratio(name, most, errors));
        }

        private void minimum(String name, Quantity least, List<String> errors) {
            Quantity request = requests.get(name);
            Quantity limit = limits.get(name);
            String rule = "minimum %s usage per %s is %s".formatted(name, type, least);
            if (request == null) {
                errors.add(rule + ".  No request is specified");
            } else if (request.compareTo(least) < 0) {
                errors.add(rule + ", but request is " + request);
            } else if (limit != null && limit.compareTo(least) < 0) {
                errors.add(rule + ", but limit is " + limit);
            }
        }

        private void maximum(String name, Quantity most, List<String> errors) {
            Quantity request = requests.get(name);
            Quantity limit = limits.get(name);
            String rule = "maximum %s usage per %s is %s".formatted(name, type, most);
            if (limit == null) {
                errors.add(rule + ".  No limit is specified");
            } else if (limit.compareTo(most) > 0) {
                errors.add(rule + ", but limit is " + limit);
            } else if (request != null && request.compareTo(most) > 0) {
                errors.add(rule + ", but request is " + request);
            }
        }

        private void ratio(String name, Quantity most, List<String> errors) {
            Quantity request = requests.get(name);
            Quantity limit = limits.get(name);
            String rule = "%s max limit to request ratio per %s is %s".formatted(name, type, most);
            if (request == null || request.signum() == 0) {
                errors.add(rule + ", but no request is specified or request is 0");
            } else if (limit == null || limit.signum() == 0) {
                errors.add(rule + ", but no limit is specified or limit is 0");
            } else if (limit.doubleValue() / request.doubleValue() > most.doubleValue()) {
                errors.add(
                        rule + ", but provided ratio is %.6f".formatted(limit.doubleValue() / request.doubleValue()));
            }
        }
    }
}
