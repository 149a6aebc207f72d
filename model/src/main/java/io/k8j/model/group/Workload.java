package io.k8j.model.group;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

/** A Workload: what the PodGroups of something are made from. Shared, must not be changed. */
@Group("scheduling.k8s.io")
@Version("v1alpha2")
@JsonDeserialize(using = ValueDeserializer.None.class) // fabric8 would look for the class by its kind
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class Workload extends GroupObject {
    private static final long serialVersionUID = 1L;

    /** What is wanted. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(ControllerRef controllerRef, List<Template> podGroupTemplates) {}

    /** What the Workload belongs to, in the same namespace. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ControllerRef(String apiGroup, String kind, String name) {}

    /** Copied into the spec of a PodGroup. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Template(
            String name,
            GroupTerms.SchedulingPolicy schedulingPolicy,
            GroupTerms.SchedulingConstraints schedulingConstraints,
            List<GroupTerms.Claim> resourceClaims,
            String disruptionMode,
            String priorityClassName,
            Integer priority) {}

    private transient Spec spec;

    public Workload() {
        super("Workload");
    }

    public Spec getSpec() {
        return spec;
    }

    public void setSpec(Spec value) {
        spec = value;
    }
}
