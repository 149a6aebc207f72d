package io.k8j.apiserver.validation;

import io.k8j.apiserver.flowcontrol.FlowObjects;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks how requests are told apart and how many of each sort run at once. */
public final class FlowControlValidation {
    private static final List<String> KINDS = List.of("Group", "ServiceAccount", "User");
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch");
    private static final String KEEP_ZERO = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
    private static final int MOST_PRECEDENCE = 10_000;
    private static final int MOST_QUEUES = 10_000_000;
    private static final int HASH_BITS = 60;

    private FlowControlValidation() {}

    public static List<FieldError> flowSchema(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place at = spec.field("matchingPrecedence");
        long precedence = at.number(0);
        if (precedence <= 0) {
            f.invalid(at, precedence, "must be a positive value");
        }
        if (precedence > MOST_PRECEDENCE) {
            f.invalid(at, precedence, "must not be greater than " + MOST_PRECEDENCE);
        }
        if (precedence == 1 && !Place.of(object).at("metadata", "name").text().equals("exempt")) {
            f.invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        }
        Place method = spec.field("distinguisherMethod");
        if (method.present() && !List.of("ByNamespace", "ByUser").contains(method.text("type"))) {
            f.notSupported(method.field("type"), GoStruct.of(method, "type="), List.of("ByNamespace", "ByUser"));
        }
        Place level = spec.at("priorityLevelConfiguration", "name");
        if (level.text().isEmpty()) {
            f.required(level, "must reference a priority level");
        } else {
            Meta.dnsSubdomain(f, level);
        }
        spec.field("rules").items().forEach(rule -> rule(f, rule));
        fixed(f, Place.of(object), "FlowSchemaSpec", FlowObjects.mandatorySchemas());
        conditions(f, Place.of(object));
        return f.list();
    }

    /** Upstream's own objects stay as they are, but for the seats of what is exempt. */
    private static void fixed(Findings f, Place object, String type, List<Map<String, Object>> mandatory) {
        String name = object.at("metadata", "name").text();
        for (Map<String, Object> each : mandatory) {
            if (!name.equals(Trees.string(each, "metadata", "name"))) continue;
            Map<String, Object> wanted = Trees.deepCopy(Trees.map(each, "spec"));
            Map<String, Object> found = Trees.deepCopy(object.field("spec").map());
            boolean exempt = wanted.remove("exempt") != null;
            if (exempt) found.remove("exempt");
            if (Differences.same(wanted, found)) return;
            String but = exempt ? " except the 'spec.exempt' field" : "";
            f.invalid(
                    object.field("spec"),
                    InternalForm.of(type, object.field("spec").value()),
                    "spec of '%s'%s must equal the fixed value".formatted(name, but));
        }
    }

    public static List<FieldError> statusUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        conditions(f, Place.of(object));
        return f.list();
    }

    private static void conditions(Findings f, Place object) {
        Set<String> types = new HashSet<>();
        for (Place condition : object.at("status", "conditions").items()) {
            Place type = condition.field("type");
            if (!types.add(type.text())) {
                f.duplicate(type, type.text());
            }
            if (type.text().isEmpty()) {
                f.required(type);
            }
        }
    }

    private static void rule(Findings f, Place rule) {
        if (rule.field("subjects").isEmpty()) {
            f.required(rule.field("subjects"), "subjects must contain at least one value");
        }
        rule.field("subjects").items().forEach(subject -> subject(f, subject));
        if (rule.field("resourceRules").isEmpty()
                && rule.field("nonResourceRules").isEmpty()) {
            f.required(rule, "at least one of resourceRules and nonResourceRules has to be non-empty");
        }
        rule.field("resourceRules").items().forEach(r -> resources(f, r));
        rule.field("nonResourceRules").items().forEach(r -> paths(f, r));
    }

    private static void subject(Findings f, Place subject) {
        String kind = subject.text("kind");
        if (!KINDS.contains(kind)) {
            f.notSupported(subject.field("kind"), kind, KINDS);
            return;
        }
        String own = field(kind);
        Place value = subject.field(own);
        if (value.absent()) {
            f.required(value, own + " is required when subject kind is '" + kind + "'");
        } else {
            named(f, kind, value);
        }
        for (String other : List.of("ServiceAccount", "User", "Group")) {
            if (!other.equals(kind) && subject.field(field(other)).present()) {
                f.forbidden(
                        subject.field(field(other)),
                        field(other) + " is forbidden when subject kind is not '" + other + "'");
            }
        }
    }

    private static String field(String kind) {
        return Character.toLowerCase(kind.charAt(0)) + kind.substring(1);
    }

    private static void named(Findings f, String kind, Place value) {
        Place name = value.field("name");
        boolean account = kind.equals("ServiceAccount");
        if (name.text().isEmpty()) {
            f.required(name);
        } else if (account && !name.text().equals("*")) {
            Meta.dnsSubdomain(f, name);
        }
        if (!account) {
            return;
        }
        Place namespace = value.field("namespace");
        if (namespace.text().isEmpty()) {
            f.required(namespace, "must specify namespace for service account");
        } else {
            Meta.dnsLabel(f, namespace);
        }
    }

    private static void verbs(Findings f, Place verbs) {
        if (verbs.isEmpty()) {
            f.required(verbs, "verbs must contain at least one value");
        } else if (verbs.texts().contains("*")) {
            if (verbs.size() > 1) {
                f.invalid(verbs, "if '*' is present, must not specify other verbs");
            }
        } else if (!VERBS.containsAll(verbs.texts())) {
            f.notSupported(verbs, verbs.value(), VERBS);
        }
    }

    private static void resources(Findings f, Place rule) {
        verbs(f, rule.field("verbs"));
        members(f, rule.field("apiGroups"), "api group", "api groups");
        members(f, rule.field("resources"), "resource", "resources");
        Place namespaces = rule.field("namespaces");
        if (namespaces.isEmpty() && !rule.isTrue("clusterScope")) {
            f.required(namespaces, "resource rules that are not cluster scoped must supply at least one namespace");
        } else if (namespaces.texts().contains("*")) {
            if (namespaces.size() > 1) {
                f.invalid(namespaces, "if '*' is present, must not specify other namespaces");
            }
        } else {
            for (Place namespace : namespaces.items()) {
                for (String wrong : io.k8j.model.validation.Names.dns1123Label(namespace.text())) {
                    f.invalid(namespace, "each member of this list must be '*' or a DNS-1123 label; " + wrong);
                }
            }
        }
    }

    private static void members(Findings f, Place list, String one, String many) {
        if (list.isEmpty()) {
            f.required(list, "resource rules must supply at least one " + one);
        } else if (list.size() > 1 && list.texts().contains("*")) {
            f.invalid(list, "if '*' is present, must not specify other " + many);
        }
    }

    private static void paths(Findings f, Place rule) {
        verbs(f, rule.field("verbs"));
        Place urls = rule.field("nonResourceURLs");
        if (urls.isEmpty()) {
            f.required(urls, "nonResourceURLs must contain at least one value");
        } else if (urls.texts().contains("*")) {
            if (urls.size() > 1) {
                f.invalid(urls, "if '*' is present, must not specify other non-resource URLs");
            }
        } else {
            for (Place url : urls.items()) {
                String wrong = path(url.text());
                if (wrong != null) {
                    f.invalid(url, wrong);
                }
            }
        }
    }

    /** What is wrong with a path; null if nothing is. */
    private static String path(String path) {
        if (path.isEmpty()) {
            return "must not be empty";
        }
        if (!path.startsWith("/")) {
            return "must start with slash";
        }
        if (path.contains(" ")) {
            return "must not contain white-space";
        }
        if (path.contains("//")) {
            return "must not contain double slash";
        }
        long stars = path.chars().filter(c -> c == '*').count();
        return stars > 1 || stars == 1 && !path.endsWith("/*") ? "wildcard can only do suffix matching" : null;
    }

    public static List<FieldError> priorityLevel(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place type = spec.field("type");
        Place limited = spec.field("limited");
        Place exempt = spec.field("exempt");
        if (Place.of(object).at("metadata", "annotations").field(KEEP_ZERO).present()) {
            f.forbidden(new Place(null, "metadata.annotations"), "annotation '" + KEEP_ZERO + "' is forbidden");
        }
        boolean named = Place.of(object).at("metadata", "name").text().equals("exempt");
        if (named != type.text().equals("Exempt")) {
            f.invalid(type, type.text(), "must be 'Exempt' if and only if `name` is 'exempt'");
        }
        switch (type.text()) {
            case "Exempt" -> {
                if (limited.present()) {
                    f.forbidden(limited, "must be nil if the type is not Limited");
                }
                if (exempt.present()) {
                    shares(f, exempt);
                    lendable(f, exempt);
                }
            }
            case "Limited" -> {
                if (exempt.present()) {
                    f.forbidden(exempt, "must be nil if the type is Limited");
                }
                if (limited.absent()) {
                    f.required(limited, "must not be empty when type is Limited");
                } else {
                    limited(f, limited);
                }
            }
            default -> f.notSupported(type, type.text(), List.of("Exempt", "Limited"));
        }
        fixed(f, Place.of(object), "PriorityLevelConfigurationSpec", FlowObjects.mandatoryLevels());
        conditions(f, Place.of(object));
        return f.list();
    }

    private static void shares(Findings f, Place level) {
        if (level.number("nominalConcurrencyShares") < 0) {
            f.invalid(level.field("nominalConcurrencyShares"), "must be a non-negative integer");
        }
    }

    private static void lendable(Findings f, Place level) {
        Place lendable = level.field("lendablePercent");
        if (lendable.present() && (lendable.number(0) < 0 || lendable.number(0) > 100)) {
            f.invalid(lendable, "must be between 0 and 100, inclusive");
        }
    }

    private static void limited(Findings f, Place limited) {
        shares(f, limited);
        response(f, limited.field("limitResponse"));
        lendable(f, limited);
        Place borrowing = limited.field("borrowingLimitPercent");
        if (borrowing.present() && borrowing.number(0) < 0) {
            f.invalid(borrowing, "if specified, must be a non-negative integer");
        }
    }

    private static void response(Findings f, Place response) {
        Place queuing = response.field("queuing");
        switch (response.text("type")) {
            case "Reject" -> {
                if (queuing.present()) {
                    f.forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited");
                }
            }
            case "Queue" -> {
                if (queuing.absent()) {
                    f.required(queuing, "must not be empty if limited.limitResponse.type is Limited");
                } else {
                    queues(f, queuing);
                }
            }
            default -> f.notSupported(response.field("type"), response.text("type"), List.of("Queue", "Reject"));
        }
    }

    private static void queues(Findings f, Place queuing) {
        long queues = queuing.number("queues");
        long hand = queuing.number("handSize");
        if (queuing.number("queueLengthLimit") <= 0) {
            f.invalid(queuing.field("queueLengthLimit"), queuing.number("queueLengthLimit"), "must be positive");
        }
        if (queues <= 0) {
            f.invalid(queuing.field("queues"), queues, "must be positive");
        } else if (queues > MOST_QUEUES) {
            f.invalid(queuing.field("queues"), queues, "must not be greater than " + MOST_QUEUES);
        }
        Place at = queuing.field("handSize");
        if (hand <= 0) {
            f.invalid(at, hand, "must be positive");
        } else if (hand > queues) {
            f.invalid(at, hand, "should not be greater than queues (" + queues + ")");
        } else if (Math.ceil(Math.log(queues) / Math.log(2) * hand) > HASH_BITS) {
            f.invalid(
                    at,
                    hand,
                    "required entropy bits of deckSize %d and handSize %d should not be greater than %d"
                            .formatted(queues, hand, HASH_BITS));
        }
    }
}
