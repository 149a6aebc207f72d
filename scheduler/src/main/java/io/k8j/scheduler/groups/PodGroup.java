package io.k8j.scheduler.groups;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * A PodGroup of {@code scheduling.k8s.io/v1alpha2}, as far as the scheduler reads it: the models that everything else is
 * read with have only the next version of this kind. Shared, must not be changed.
 */
@Group("scheduling.k8s.io")
@Version("v1alpha2")
@JsonDeserialize(using = ValueDeserializer.None.class) // fabric8 would look for the class by its kind
@JsonIgnoreProperties(ignoreUnknown = true)
public final class PodGroup implements HasMetadata, Namespaced {
    private static final long serialVersionUID = 1L;

    /** What is wanted. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Spec(SchedulingPolicy schedulingPolicy) {}

    /** All at once, or one by one; exactly one of the two is there. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record SchedulingPolicy(Gang gang) {}

    /** @param minCount how many Pods must have their place at the same time */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Gang(int minCount) {}

    /** What was seen. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Status(List<Condition> conditions) {}

    private String apiVersion;
    private String kind;
    private ObjectMeta metadata;
    private transient Spec spec;
    private transient Status status;

    /** How many Pods must have their place at the same time; 0 if each may go as it can. */
    public int minCount() {
        Gang gang = spec == null || spec.schedulingPolicy == null ? null : spec.schedulingPolicy.gang;
        return gang == null ? 0 : gang.minCount;
    }

    /** The condition of that type; null if there is none. */
    public Condition condition(String type) {
        if (status == null || status.conditions == null) return null;
        return status.conditions.stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst()
                .orElse(null);
    }

    public Spec getSpec() {
        return spec;
    }

    public void setSpec(Spec value) {
        spec = value;
    }

    public Status getStatus() {
        return status;
    }

    public void setStatus(Status value) {
        status = value;
    }

    @Override
    public ObjectMeta getMetadata() {
        return metadata;
    }

    @Override
    public void setMetadata(ObjectMeta value) {
        metadata = value;
    }

    @Override
    public String getKind() {
        return kind;
    }

    public void setKind(String value) {
        kind = value;
    }

    @Override
    public String getApiVersion() {
        return apiVersion;
    }

    @Override
    public void setApiVersion(String value) {
        apiVersion = value;
    }
}
