package io.k8j.kubelet.stage;

import io.k8j.kubelet.script.Field;
import io.k8j.kubelet.script.ScriptException;
import io.k8j.kubelet.template.Functions;
import io.k8j.kubelet.template.GoTemplate;
import io.k8j.kubelet.template.TemplateException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code kwok.x-k8s.io/v1alpha1} Stages from YAML; mistakes are told with source, line and field. */
public final class StageReader {
    private static final String VERSION = "kwok.x-k8s.io/v1alpha1";

    private final Functions functions;

    /** @param functions all that the templates may call */
    public StageReader(Functions functions) {
        this.functions = functions;
    }

    /**
     * Reads all stages of a text.
     *
     * @throws ScriptException at the first mistake
     */
    public List<Stage> read(String source, String yaml) {
        List<Stage> stages = new ArrayList<>();
        for (Field document : Field.documents(source, yaml)) {
            if (document.find("kind").map(Field::text).orElse("").equals("StageList")) {
                document.get("items").list().forEach(item -> stages.add(stage(item)));
            } else {
                stages.add(stage(document));
            }
        }
        return stages;
    }

    /** Reads a file of this program. */
    public List<Stage> builtIn(String name) {
        try (InputStream in = StageReader.class.getResourceAsStream(name)) {
            return read(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + name, e);
        }
    }

    private Stage stage(Field document) {
        document.only("apiVersion", "kind", "metadata", "spec", "status");
        if (!document.get("apiVersion").text().equals(VERSION)) {
            throw document.get("apiVersion").fault("must be " + VERSION);
        }
        document.get("kind").word("Stage");
        Field spec = document.get("spec")
                .only(
                        "resourceRef",
                        "selector",
                        "weight",
                        "weightFrom",
                        "delay",
                        "next",
                        "steps",
                        "immediateNextStage");
        Field ref = spec.get("resourceRef").only("apiGroup", "kind");
        List<Stage.Step> steps = new ArrayList<>();
        spec.find("next").ifPresent(next -> addNext(next, steps));
        spec.find("steps").ifPresent(list -> list.list().forEach(step -> addStep(step, steps)));
        return new Stage(
                document.get("metadata").get("name").text(),
                ref.find("apiGroup").map(Field::text).orElse("v1"),
                ref.get("kind").word("Node", "Pod"),
                selector(spec.get("selector")),
                (int) whole(spec, "weight", 0),
                spec.find("weightFrom").map(this::expressionFrom).orElse(null),
                spec.find("delay").map(this::delay).orElse(null),
                spec.find("immediateNextStage").map(Field::flag).orElse(false),
                steps);
    }

    private static long whole(Field in, String name, long otherwise) {
        return in.find(name).map(field -> field.whole(0, Integer.MAX_VALUE)).orElse(otherwise);
    }

    private Stage.Selector selector(Field field) {
        field.only("matchLabels", "matchAnnotations", "matchExpressions");
        return new Stage.Selector(
                field.find("matchLabels").map(Field::texts).orElse(Map.of()),
                field.find("matchAnnotations").map(Field::texts).orElse(Map.of()),
                field.find("matchExpressions").map(Field::list).orElse(List.of()).stream()
                        .map(this::expression)
                        .toList());
    }

    private Stage.Expression expression(Field field) {
        refuseCel(field);
        Field jq = field.find("jq").orElse(field).only("key", "operator", "values", "jq");
        Field operator = jq.get("operator");
        List<String> values = jq.find("values").map(Field::list).orElse(List.of()).stream()
                .map(Field::text)
                .toList();
        Stage.Operator read = switch (operator.text()) {
            case "In" -> Stage.Operator.IN;
            case "NotIn" -> Stage.Operator.NOT_IN;
            case "Exists" -> Stage.Operator.EXISTS;
            case "DoesNotExist" -> Stage.Operator.DOES_NOT_EXIST;
            default -> throw operator.fault("operator \"%s\" is not supported".formatted(operator.text()));
        };
        boolean wantsValues = read == Stage.Operator.IN || read == Stage.Operator.NOT_IN;
        if (wantsValues && values.isEmpty()) {
            throw operator.fault("for 'in', 'notin' operators, values set can't be empty");
        }
        if (!wantsValues && !values.isEmpty()) {
            throw operator.fault("values set must be empty for exists and does not exist");
        }
        return new Stage.Expression(query(jq.get("key")), read, values);
    }

    private static void refuseCel(Field field) {
        Optional<Field> cel = field.find("cel");
        if (cel.isPresent()) throw cel.get().fault("CEL is not supported, use jq");
    }

    private static Jq query(Field field) {
        try {
            return Jq.parse(field.text());
        } catch (IllegalArgumentException e) {
            throw field.fault(e.getMessage());
        }
    }

    private Jq expressionFrom(Field field) {
        refuseCel(field);
        field.only("expressionFrom", "jq");
        return query(field.find("jq").map(jq -> jq.get("expression")).orElseGet(() -> field.get("expressionFrom")));
    }

    private Stage.Delay delay(Field field) {
        field.only("durationMilliseconds", "durationFrom", "jitterDurationMilliseconds", "jitterDurationFrom");
        return new Stage.Delay(
                field.find("durationMilliseconds")
                        .map(f -> f.whole(0, Long.MAX_VALUE))
                        .orElse(0L),
                field.find("durationFrom").map(this::expressionFrom).orElse(null),
                field.find("jitterDurationMilliseconds")
                        .map(f -> f.whole(0, Long.MAX_VALUE))
                        .orElse(null),
                field.find("jitterDurationFrom").map(this::expressionFrom).orElse(null));
    }

    /** In kwok's order: event, finalizers, delete, patches, status. */
    private void addNext(Field next, List<Stage.Step> steps) {
        next.only("event", "finalizers", "delete", "patches", "statusTemplate", "statusSubresource", "statusPatchAs");
        next.find("event").ifPresent(event -> steps.add(event(event)));
        next.find("finalizers").ifPresent(finalizers -> steps.add(finalizers(finalizers)));
        if (next.find("delete").map(Field::flag).orElse(false)) steps.add(new Stage.Step.Delete());
        next.find("patches").ifPresent(list -> list.list().forEach(patch -> steps.add(patch(patch))));
        next.find("statusTemplate")
                .filter(template -> !template.text().isEmpty())
                .ifPresent(template -> steps.add(new Stage.Step.Patch(
                        next.find("statusSubresource").map(Field::text).orElse("status"),
                        "status",
                        Stage.PatchForm.STRATEGIC,
                        template(template))));
    }

    private void addStep(Field step, List<Stage.Step> steps) {
        step.only("event", "finalizers", "delete", "patch");
        step.find("event").ifPresent(event -> steps.add(event(event)));
        step.find("finalizers").ifPresent(finalizers -> steps.add(finalizers(finalizers)));
        if (step.find("delete").map(Field::flag).orElse(false)) steps.add(new Stage.Step.Delete());
        step.find("patch").ifPresent(patch -> steps.add(patch(patch)));
    }

    private static Stage.Step event(Field event) {
        event.only("type", "reason", "message");
        return new Stage.Step.Event(
                event.find("type").map(t -> t.word("Normal", "Warning")).orElse("Normal"),
                event.find("reason").map(Field::text).orElse(""),
                event.find("message").map(Field::text).orElse(""));
    }

    private static Stage.Step finalizers(Field finalizers) {
        finalizers.only("add", "remove", "empty");
        return new Stage.Step.Finalizers(
                values(finalizers, "add"),
                values(finalizers, "remove"),
                finalizers.find("empty").map(Field::flag).orElse(false));
    }

    private static List<String> values(Field field, String name) {
        return field.find(name).map(Field::list).orElse(List.of()).stream()
                .map(item -> item.only("value").get("value").text())
                .toList();
    }

    private Stage.Step patch(Field patch) {
        patch.only("subresource", "root", "template", "type", "impersonation");
        return new Stage.Step.Patch(
                patch.find("subresource").map(Field::text).orElse(""),
                patch.find("root").map(Field::text).orElse(""),
                switch (patch.find("type")
                        .map(type -> type.word("json", "merge", "strategic"))
                        .orElse("strategic")) {
                    case "json" -> Stage.PatchForm.JSON;
                    case "merge" -> Stage.PatchForm.MERGE;
                    default -> Stage.PatchForm.STRATEGIC;
                },
                template(patch.get("template")));
    }

    private GoTemplate template(Field field) {
        try {
            return GoTemplate.parse(field.text(), functions);
        } catch (TemplateException e) {
            throw field.faultInText(e.line(), e.getMessage());
        }
    }
}
