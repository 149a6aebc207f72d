package io.k8j.model.group;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/** What {@link PodGroup} and {@link Workload} have as objects of the API. */
public abstract sealed class GroupObject implements HasMetadata, Namespaced permits PodGroup, Workload {
    private static final long serialVersionUID = 1L;

    private String apiVersion = "scheduling.k8s.io/v1alpha2";
    private String kind;
    private ObjectMeta metadata;

    GroupObject(String kind) {
        this.kind = kind;
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
