/** The header in which the server tells the pages their path; what a client sends in it is dropped. */
export const pathHeader = 'x-path'
