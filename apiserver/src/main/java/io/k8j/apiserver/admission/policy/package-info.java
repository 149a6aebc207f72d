/** Admission by policies in CEL. */
package io.k8j.apiserver.admission.policy;
