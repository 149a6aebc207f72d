package io.k8j.examples.josdk;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;

/** The objects that make a site; pure functions. */
final class SiteParts {
    private SiteParts() {}

    private static ObjectMeta owned(Site site) {
        return new ObjectMetaBuilder()
                .withName(site.getMetadata().getName())
                .withNamespace(site.getMetadata().getNamespace())
                .addNewOwnerReference()
                .withApiVersion(site.getApiVersion())
                .withKind(site.getKind())
                .withName(site.getMetadata().getName())
                .withUid(site.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .endOwnerReference()
                .build();
    }

    static ConfigMap page(Site site) {
        return new ConfigMapBuilder()
                .withMetadata(owned(site))
                .addToData("index.html", site.getSpec().getPage())
                .build();
    }

    static Deployment servers(Site site) {
        String name = site.getMetadata().getName();
        return new DeploymentBuilder()
                .withMetadata(owned(site))
                .withNewSpec()
                .withReplicas(site.getSpec().getReplicas())
                .withNewSelector()
                .addToMatchLabels("site", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("site", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage("example.test/web:1")
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/")
                .withNewPort(80)
                .endHttpGet()
                .withPeriodSeconds(1)
                .endReadinessProbe()
                .addNewVolumeMount()
                .withName("page")
                .withMountPath("/srv")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("page")
                .withNewConfigMap()
                .withName(name)
                .endConfigMap()
                .endVolume()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** The entry in the register of hosts, which no site owns: it is removed by the finalizer. */
    static ConfigMap entry(Site site, String registerNamespace) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(site.getSpec().getHost())
                .withNamespace(registerNamespace)
                .endMetadata()
                .addToData(
                        "site",
                        site.getMetadata().getNamespace() + "/"
                                + site.getMetadata().getName())
                .build();
    }
}
