/** What claims of devices need beside their own object when they are created. */
package io.k8j.apiserver.device;
