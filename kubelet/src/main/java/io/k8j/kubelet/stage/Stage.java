package io.k8j.kubelet.stage;

import io.k8j.kubelet.template.GoTemplate;
import java.util.List;
import java.util.Map;

/**
 * One step in the life of an object: which objects take it, after how long, and what happens to them then. Immutable.
 *
 * @param apiGroup such as {@code v1} or {@code apps}
 * @param weight chance against other stages that match, too
 * @param weightFrom overrides the weight if it has a result; may be null
 * @param delay may be null: at once
 * @param immediateNext whether the next stage is looked for without waiting for the watch
 * @see <a href="https://kwok.sigs.k8s.io/docs/user/stages-configuration/">kwok's stages</a>
 */
public record Stage(
        String name,
        String apiGroup,
        String kind,
        Selector selector,
        int weight,
        Jq weightFrom,
        Delay delay,
        boolean immediateNext,
        List<Step> steps) {
    public Stage {
        steps = List.copyOf(steps);
    }

    /** Which objects take a stage; all conditions must hold. */
    public record Selector(Map<String, String> labels, Map<String, String> annotations, List<Expression> expressions) {
        public Selector {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
            expressions = List.copyOf(expressions);
        }
    }

    /** How an expression's results are judged. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST
    }

    /** A query and what its results must be. */
    public record Expression(Jq query, Operator operator, List<String> values) {
        public Expression {
            values = List.copyOf(values);
        }
    }

    /**
     * For how long an object stays before it takes the stage.
     *
     * @param jitter milliseconds up to which chance draws it out; null means none
     * @param from overrides {@code duration}: a duration or an instant; may be null
     * @param jitterFrom overrides {@code jitter}; may be null
     */
    public record Delay(long duration, Jq from, Long jitter, Jq jitterFrom) {}

    /** What happens when an object takes a stage. */
    public sealed interface Step {
        record Event(String type, String reason, String message) implements Step {}

        /** Changes finalizers; {@code empty} removes all others. */
        record Finalizers(List<String> add, List<String> remove, boolean empty) implements Step {
            public Finalizers {
                add = List.copyOf(add);
                remove = List.copyOf(remove);
            }
        }

        /** @param root field that the rendered template stands for; empty means the object itself */
        record Patch(String subresource, String root, PatchForm form, GoTemplate template) implements Step {}

        record Delete() implements Step {}
    }

    /** Form of a patch. */
    public enum PatchForm {
        JSON,
        MERGE,
        STRATEGIC
    }
}
