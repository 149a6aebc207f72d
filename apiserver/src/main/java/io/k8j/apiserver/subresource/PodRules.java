package io.k8j.apiserver.subresource;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.validation.PodValidation;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.UpdateRules;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Updates of a running Pod through paths of their own: {@code ephemeralcontainers} and {@code resize}. */
public final class PodRules {
    /** Debugging containers may be added, never changed or taken away. */
    public static final UpdateRules EPHEMERAL_CONTAINERS = new UpdateRules() {
        @Override
        public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
            Object containers = Trees.get(object, "spec", "ephemeralContainers");
            keepAllButManagers(object, old);
            if (containers == null) Trees.remove(object, "spec", "ephemeralContainers");
            else Trees.set(object, containers, "spec", "ephemeralContainers");
            countChange(object, old);
        }

        @Override
        public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
            return PodValidation.ephemeralContainersUpdate(object, old);
        }
    };

    /** Requests and limits of containers may change in place. */
    public static final UpdateRules RESIZE = new UpdateRules() {
        @Override
        public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
            Map<String, Object> wanted = Trees.map(object, "spec");
            // Other containers are left as they are, for validation to refuse them.
            if (CONTAINERS.stream()
                    .anyMatch(list -> Trees.list(wanted, list).size()
                            != Trees.list(old, "spec", list).size())) {
                countChange(object, old);
                return;
            }
            Object whole = wanted.get("resources");
            keepAllButManagers(object, old);
            Map<String, Object> spec = Trees.map(object, "spec");
            if (whole == null) spec.remove("resources");
            else spec.put("resources", whole);
            for (String list : CONTAINERS) takeResources(spec, list, Trees.list(wanted, list));
            countChange(object, old);
        }

        @Override
        public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
            return PodValidation.resize(object, old);
        }
    };

    private static final List<String> CONTAINERS = List.of("containers", "initContainers");

    private PodRules() {}

    /** Lists of the same length; one with another name in it is taken as it is. */
    private static void takeResources(Map<String, Object> spec, String list, List<Object> wanted) {
        List<Object> containers = Trees.list(spec, list);
        for (int i = 0; i < containers.size(); i++) {
            Map<String, Object> target = Trees.map(containers.get(i));
            Object from = wanted.get(i);
            if (!String.valueOf(target.get("name")).equals(String.valueOf(Trees.get(from, "name")))) {
                spec.put(list, wanted);
                return;
            }
            for (String field : List.of("resources", "resizePolicy")) {
                Object value = Trees.get(from, field);
                if (value == null) target.remove(field);
                else target.put(field, value);
            }
        }
    }

    private static void keepAllButManagers(Map<String, Object> object, Map<String, Object> old) {
        Object managers = Trees.get(object, "metadata", "managedFields");
        Map<String, Object> kept = Trees.deepCopy(old);
        object.clear();
        object.putAll(kept);
        Map<String, Object> metadata = new LinkedHashMap<>(SystemFields.metadata(object));
        if (managers == null) metadata.remove("managedFields");
        else metadata.put("managedFields", managers);
        object.put("metadata", metadata);
    }

    private static void countChange(Map<String, Object> object, Map<String, Object> old) {
        if (Trees.deepEquals(object.get("spec"), old.get("spec"))) return;
        Long generation = Trees.integer(old, "metadata", "generation");
        if (generation != null) SystemFields.metadata(object).put("generation", generation + 1);
    }
}
