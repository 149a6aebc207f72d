package io.k8j.apiserver.authz.webhook;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import io.k8j.apiserver.cel.ServerLanguage;
import io.k8j.apiserver.validation.Findings;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.Expression;
import io.k8j.model.cel.Limits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The expressions over {@code request} that must all be true for a webhook to be asked. Safe for all threads. */
public final class MatchConditions {
    /** None: the webhook is asked about everything. */
    public static final MatchConditions NONE = new MatchConditions(List.of());

    private static final int MOST = 64;
    private static final CelType TEXTS = ListType.create(SimpleType.STRING);

    /** Made on first use: most clusters have none. */
    private static final class Types {
        private static final StructType REQUIREMENT = struct(
                "kubernetes.SelectorRequirement",
                Map.of("key", SimpleType.STRING, "operator", SimpleType.STRING, "values", TEXTS));
        private static final StructType FIELDS = selector("kubernetes.FieldSelectorAttributes");
        private static final StructType LABELS = selector("kubernetes.LabelSelectorAttributes");
        private static final StructType RESOURCE = struct(
                "kubernetes.ResourceAttributes",
                Map.of(
                        "namespace", SimpleType.STRING,
                        "verb", SimpleType.STRING,
                        "group", SimpleType.STRING,
                        "version", SimpleType.STRING,
                        "resource", SimpleType.STRING,
                        "subresource", SimpleType.STRING,
                        "name", SimpleType.STRING,
                        "fieldSelector", FIELDS,
                        "labelSelector", LABELS));
        private static final StructType PATH = struct(
                "kubernetes.NonResourceAttributes", Map.of("path", SimpleType.STRING, "verb", SimpleType.STRING));
        private static final StructType REQUEST = struct(
                "kubernetes.SubjectAccessReviewSpec",
                Map.of(
                        "resourceAttributes",
                        RESOURCE,
                        "nonResourceAttributes",
                        PATH,
                        "user",
                        SimpleType.STRING,
                        "groups",
                        TEXTS,
                        "extra",
                        MapType.create(SimpleType.STRING, TEXTS),
                        "uid",
                        SimpleType.STRING));
        private static final Environment ENVIRONMENT = Environment.of(
                ServerLanguage.get(),
                Map.of("request", REQUEST),
                Stream.of(REQUIREMENT, FIELDS, LABELS, RESOURCE, PATH, REQUEST)
                        .collect(Collectors.toMap(CelType::name, type -> type)),
                path -> null);

        private static StructType selector(String name) {
            return struct(name, Map.of("rawSelector", SimpleType.STRING, "requirements", ListType.create(REQUIREMENT)));
        }

        @SuppressWarnings("Immutable") // the map is never changed
        private static StructType struct(String name, Map<String, CelType> fields) {
            return StructType.create(
                    name, ImmutableSet.copyOf(fields.keySet()), field -> Optional.ofNullable(fields.get(field)));
        }
    }

    /** What the conditions say about a request. */
    public sealed interface Verdict {
        /** The webhook is to be asked. */
        record Asked() implements Verdict {}

        /** One condition does not hold. */
        record Skipped() implements Verdict {}

        /** One condition failed and none was false. */
        record Failed(String why) implements Verdict {}
    }

    private record Condition(String text, Expression expression) {}

    private final List<Condition> conditions;

    private MatchConditions(List<Condition> conditions) {
        this.conditions = conditions;
    }

    /** Compiles the list of a webhook's entry; notes what is wrong with it. */
    static MatchConditions compile(Findings f, Place list) {
        if (list.items().size() > MOST) {
            f.tooMany(list, list.items().size(), MOST);
            return NONE;
        }
        List<Condition> conditions = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Place item : list.items()) {
            Place at = item.field("expression");
            if (at.text().isBlank()) {
                f.required(at, "");
                continue;
            }
            if (!seen.add(at.text())) {
                f.duplicate(at, at.text());
                continue;
            }
            switch (Types.ENVIRONMENT.compile(at.text())) {
                case Environment.Compiled.Fault(String message) ->
                    f.invalid(at, at.text(), "compilation failed: " + message);
                case Environment.Compiled.Ready(Expression made) -> {
                    if (made.type().equals(SimpleType.BOOL)) {
                        conditions.add(new Condition(at.text(), made));
                    } else {
                        f.invalid(
                                at,
                                at.text(),
                                "must evaluate to bool but got " + made.type().name());
                    }
                }
            }
        }
        return new MatchConditions(List.copyOf(conditions));
    }

    /** @param spec of the review that would be sent, with all of its fields */
    Verdict judge(Map<String, ?> spec) {
        String failure = null;
        for (Condition condition : conditions) {
            switch (condition.expression().evaluate(Map.of("request", spec), Limits.PER_CALL)) {
                case Expression.Outcome.Value value -> {
                    if (!Boolean.TRUE.equals(value.value())) {
                        return new Verdict.Skipped();
                    }
                }
                case Expression.Outcome.Failed failed -> failure = problem(condition, failed.message());
                case Expression.Outcome.TooExpensive costs ->
                    failure = problem(condition, "operation cancelled: actual cost limit exceeded");
            }
        }
        return failure == null ? new Verdict.Asked() : new Verdict.Failed(failure);
    }

    private static String problem(Condition condition, String message) {
        return "cel evaluation error: expression '%s' resulted in error: %s".formatted(condition.text(), message);
    }

    boolean isEmpty() {
        return conditions.isEmpty();
    }
}
