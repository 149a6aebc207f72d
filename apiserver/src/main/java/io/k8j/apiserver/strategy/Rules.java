package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.ResourceStrategy;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.FieldError;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A strategy put together from the rules that a resource has. Not changed once it is in the table. */
final class Rules implements ResourceStrategy {
    /** Changes a new object. */
    @FunctionalInterface
    interface Create {
        void prepare(RequestContext context, Map<String, Object> object);
    }

    /** Changes a new version of an object. */
    @FunctionalInterface
    interface Update {
        void prepare(RequestContext context, Map<String, Object> object, Map<String, Object> old);
    }

    /** Finds what is wrong with a new object. */
    @FunctionalInterface
    interface Check {
        List<FieldError> of(Map<String, Object> object);
    }

    /** Finds what is wrong with a new version of an object. */
    @FunctionalInterface
    interface UpdateCheck {
        List<FieldError> of(Map<String, Object> object, Map<String, Object> old);
    }

    /** Finds what is wrong with a new object, which depends on the group that it came through. */
    @FunctionalInterface
    interface GroupCheck {
        List<FieldError> of(String group, Map<String, Object> object);
    }

    /** The same for a new version of an object. */
    @FunctionalInterface
    interface GroupUpdateCheck {
        List<FieldError> of(String group, Map<String, Object> object, Map<String, Object> old);
    }

    /** Finds what is wrong with a write of a subresource, which depends on the request. */
    @FunctionalInterface
    interface SubresourceCheck {
        List<FieldError> of(RequestContext context, Map<String, Object> object, Map<String, Object> old);
    }

    /** Finds what is odd with an object; {@code old} is null on create. */
    @FunctionalInterface
    interface Warner {
        List<String> of(Map<String, Object> object, Map<String, Object> old);
    }

    /** Finds how long a deletion waits. */
    @FunctionalInterface
    interface Grace {
        long seconds(Map<String, Object> object, Long requested);
    }

    /** Takes fields away that nobody may use now; {@code old} is null on create. */
    @FunctionalInterface
    interface Drop {
        void from(Map<String, Object> object, Map<String, Object> old);
    }

    private boolean status;
    private boolean generation;
    private boolean exactGeneration;
    private StatusMetadata statusMetadata = StatusMetadata.CHANGES;
    private boolean createOnUpdate;
    private boolean unconditional = true;
    private String propagation = "Background";
    private String propagationWarning;
    private Drop drop = (object, old) -> {};
    private Create onCreate = (context, object) -> {};
    private Update onUpdate = (context, object, old) -> {};
    private Update onStatus = (context, object, old) -> {};
    private Check check = object -> List.of();
    private UpdateCheck updateCheck = (object, old) -> check.of(object);
    private GroupCheck groupCheck = (group, object) -> check.of(object);
    private GroupUpdateCheck groupUpdateCheck = (group, object, old) -> updateCheck.of(object, old);
    private SubresourceCheck statusCheck = (context, object, old) -> List.of();
    private Warner warner = (object, old) -> List.of();
    private Warner statusWarner = (object, old) -> List.of();
    private Grace grace = (object, requested) -> 0;
    private final SelectableFields fields = new SelectableFields();

    private Rules() {}

    /** Rules of a resource without status or generation. */
    static Rules plain() {
        return new Rules();
    }

    /** Rules of a resource whose status is a subresource and whose generation counts spec changes. */
    static Rules withStatus() {
        Rules rules = new Rules();
        rules.status = true;
        rules.generation = true;
        return rules;
    }

    Rules withoutGeneration() {
        generation = false;
        return this;
    }

    Rules withGeneration() {
        generation = true;
        return this;
    }

    /** The generation counts, too, what is spelled out empty where there was nothing. */
    Rules withExactGeneration() {
        exactGeneration = true;
        return withGeneration();
    }

    Rules createOnUpdate() {
        createOnUpdate = true;
        return this;
    }

    /** Updates must say which version they replace. */
    Rules conditional() {
        unconditional = false;
        return this;
    }

    /** Writes of the status leave labels, annotations, finalizers and owners alone. */
    Rules keepsMetadataInStatus() {
        statusMetadata = StatusMetadata.STAYS;
        return this;
    }

    /** Writes of the status leave the labels alone. */
    Rules keepsLabelsInStatus() {
        statusMetadata = StatusMetadata.LABELS_STAY;
        return this;
    }

    /** Nothing depends on such objects, so that nothing is ever deleted or orphaned with them. */
    Rules withoutDependents() {
        propagation = null;
        return this;
    }

    Rules orphans() {
        propagation = "Orphan";
        return this;
    }

    /** Warns of what becomes of dependents when a deletion does not say it. */
    Rules warnOfPropagation(String words) {
        propagationWarning = words;
        return this;
    }

    /** Takes fields away, after those that earlier calls named. */
    Rules dropping(Drop rule) {
        Drop before = drop;
        drop = (object, old) -> {
            before.from(object, old);
            rule.from(object, old);
        };
        return this;
    }

    Rules onCreate(Create rule) {
        onCreate = rule;
        return this;
    }

    Rules onUpdate(Update rule) {
        onUpdate = rule;
        return this;
    }

    Rules onStatus(Update rule) {
        onStatus = rule;
        return this;
    }

    /** Checks new objects and, unless said otherwise, new versions, too. */
    Rules check(Check rule) {
        check = rule;
        return this;
    }

    Rules updateCheck(UpdateCheck rule) {
        updateCheck = rule;
        return this;
    }

    /** Checks that depend on the group of the request, for objects that several groups share. */
    Rules requestCheck(GroupCheck create, GroupUpdateCheck update) {
        groupCheck = create;
        groupUpdateCheck = update;
        return this;
    }

    Rules statusCheck(UpdateCheck rule) {
        return subresourceCheck((context, object, old) -> rule.of(object, old));
    }

    Rules subresourceCheck(SubresourceCheck rule) {
        statusCheck = rule;
        return this;
    }

    Rules warnOfStatus(Warner rule) {
        statusWarner = rule;
        return this;
    }

    Rules warn(Warner rule) {
        warner = rule;
        return this;
    }

    Rules grace(Grace rule) {
        grace = rule;
        return this;
    }

    /** A selectable field that is a string at the path of its name. */
    Rules select(String... names) {
        for (String name : names) fields.add(name);
        return this;
    }

    Rules select(String name, Function<Place, String> value) {
        fields.add(name, value);
        return this;
    }

    @Override
    public void prepareForCreate(RequestContext context, Map<String, Object> object) {
        if (status) {
            object.remove("status");
        }
        drop.from(object, null);
        onCreate.prepare(context, object);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        if (status) {
            keep(object, old, "status");
        }
        drop.from(object, old);
        onUpdate.prepare(context, object, old);
    }

    @Override
    public void prepareForStatusUpdate(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        keep(object, old, "spec");
        drop.from(object, old);
        onStatus.prepare(context, object, old);
    }

    /** Takes a field from the stored version. */
    static void keep(Map<String, Object> object, Map<String, Object> old, String field) {
        if (old.get(field) == null) {
            object.remove(field);
        } else {
            object.put(field, io.k8j.model.json.Trees.deepCopy(old.get(field)));
        }
    }

    @Override
    public List<FieldError> validate(RequestContext context, Map<String, Object> object) {
        return groupCheck.of(context.resource().group(), object);
    }

    @Override
    public List<FieldError> validateUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return groupUpdateCheck.of(context.resource().group(), object, old);
    }

    @Override
    public List<FieldError> validateStatusUpdate(
            RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return statusCheck.of(context, object, old);
    }

    @Override
    public List<String> warnings(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return warner.of(object, old);
    }

    @Override
    public List<String> statusWarnings(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        return statusWarner.of(object, old);
    }

    @Override
    public StatusMetadata statusMetadata() {
        return statusMetadata;
    }

    @Override
    public boolean hasGeneration() {
        return generation;
    }

    @Override
    public boolean countsEmpty() {
        return exactGeneration;
    }

    @Override
    public boolean allowCreateOnUpdate() {
        return createOnUpdate;
    }

    @Override
    public boolean allowUnconditionalUpdate() {
        return unconditional;
    }

    @Override
    public long gracePeriodSeconds(Map<String, Object> object, Long requested) {
        return grace.seconds(object, requested);
    }

    @Override
    public String defaultPropagation() {
        return propagation;
    }

    @Override
    public String propagationWarning() {
        return propagationWarning;
    }

    @Override
    public Map<String, String> selectableFields(Map<String, Object> object) {
        return fields.of(object);
    }

    @Override
    public List<String> selectableFieldNames() {
        return fields.names();
    }
}
