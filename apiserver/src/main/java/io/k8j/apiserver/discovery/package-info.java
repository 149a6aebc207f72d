/** Documents that tell clients what the server has: API groups, versions, resources and schemas. */
package io.k8j.apiserver.discovery;
