package io.k8j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a {@link K8jCluster}.
 *
 * <p>On the class, or on an annotation or interface of yours that the class has, it says what the cluster is like. On a
 * field it asks for a part of the cluster, and by itself is enough to have one, also with settings: {@code K8jCluster},
 * {@code io.k8j.client.Client}, fabric8's {@code KubernetesClient}, the official {@code ApiClient}. Parameters of tests and
 * of their set-up methods may have these types, too, with or without the annotation; a {@code String} with {@link
 * Namespace} is the test's own namespace, a {@code String} or {@code Path} with {@link Kubeconfig} its kubeconfig.
 *
 * <p>Parts are injected before the set-up methods run. Each test has a fresh namespace, which is the default of all
 * clients it is given; what is there before the first test (static fields, {@code @BeforeAll}, constructors) has the
 * namespace {@code default}. When a test or one of its set-up methods fails, the events of its namespace and the state of
 * its objects are printed on standard error. Tests may run in parallel; faults and a frozen clock are everybody's until
 * the last of them is over.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.PARAMETER})
@ExtendWith(K8jExtension.class)
public @interface K8j {
    /** For how long a cluster lives. */
    enum Scope {
        /** From before the first test of the class to after its last. */
        CLASS,
        /** For one test. */
        METHOD,
        /** From the first class that wants it to the end of all tests; all such classes with equal settings share it. */
        SHARED
    }

    /** How many simulated nodes there are, each with the real kubelet. */
    int nodes() default 1;

    /** How many nodes are only played, for scale. */
    int lightNodes() default 0;

    /**
     * For how long a cluster lives. {@link Scope#METHOD} clusters start from a snapshot, so definitions and manifests are
     * applied only once.
     */
    Scope scope() default Scope.CLASS;

    /** Lets the cluster's clock stand still; {@link K8jCluster#advance} moves it. */
    boolean virtualTime() default false;

    /** Files with CustomResourceDefinitions to load; {@code classpath:} and a resource's path, or a path. */
    String[] crds() default {};

    /** Files with objects to apply after the definitions. */
    String[] manifests() default {};

    /** Flags of upstream's kube-apiserver, such as {@code anonymous-auth=false}. */
    String[] apiServerFlags() default {};

    /** Components to leave out: {@code controllers}, {@code scheduler}. */
    String[] without() default {};

    /** Injects the name of the test's namespace into a {@code String}. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.FIELD, ElementType.PARAMETER})
    @ExtendWith(K8jExtension.class)
    @interface Namespace {}

    /** Injects a kubeconfig: its text into a {@code String}, its file into a {@code Path}. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.FIELD, ElementType.PARAMETER})
    @ExtendWith(K8jExtension.class)
    @interface Kubeconfig {}
}
