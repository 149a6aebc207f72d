package io.k8j.e2e.conformance;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names a behaviour of upstream's conformance suite that a test shows completely: same steps, same assertions. */
@Documented
@Repeatable(Conformance.Behaviours.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Conformance {
    /** An id of {@code conformance/behaviours.tsv}, such as {@code apps/CronJob/1}. */
    String value();

    /** Several of them. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Behaviours {
        Conformance[] value();
    }
}
