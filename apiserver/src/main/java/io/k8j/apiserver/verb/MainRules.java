package io.k8j.apiserver.verb;

import io.k8j.apiserver.meta.SystemFields;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Updates of the object itself: status stays, generation counts changes of the rest. */
final class MainRules implements UpdateRules {
    static final MainRules RULES = new MainRules();

    @Override
    public void prepare(Call call, Map<String, Object> object, Map<String, Object> old) {
        ResourceStrategy strategy = call.storage().strategy();
        if (call.resource().info().hasStatus()) {
            if (old.get("status") != null) object.put("status", old.get("status"));
            else object.remove("status");
        }
        strategy.prepareForUpdate(call.context(), object, old);
        if (strategy.hasGeneration()
                && !sameSpec(object, old, call.resource().info().hasStatus(), strategy.countsEmpty())) {
            Long generation = Trees.integer(old, "metadata", "generation");
            SystemFields.metadata(object).put("generation", generation == null ? 1L : generation + 1);
        }
    }

    @Override
    public List<FieldError> validate(Call call, Map<String, Object> object, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>(0);
        if (call.resource().custom() != null)
            errors.addAll(call.resource().custom().validate(object, old, call.context()::warn));
        errors.addAll(call.storage().strategy().validateUpdate(call.context(), object, old));
        return errors;
    }

    @Override
    public List<String> warnings(Call call, Map<String, Object> object, Map<String, Object> old) {
        return call.storage().strategy().warnings(call.context(), object, old);
    }

    @Override
    public boolean usesHook() {
        return true;
    }

    private static boolean sameSpec(
            Map<String, Object> object, Map<String, Object> old, boolean statusApart, boolean exact) {
        return covers(object, old, statusApart, exact) && covers(old, object, statusApart, exact);
    }

    private static boolean covers(Map<String, Object> a, Map<String, Object> b, boolean statusApart, boolean exact) {
        for (Map.Entry<String, Object> e : a.entrySet()) {
            if (e.getKey().equals("metadata") || statusApart && e.getKey().equals("status")) continue;
            Object other = b.get(e.getKey());
            boolean same = exact ? Trees.identical(e.getValue(), other) : Trees.deepEquals(e.getValue(), other);
            if (!same) return false;
        }
        return true;
    }
}
