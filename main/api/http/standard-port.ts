/** Where the window and the API are served when nobody asked for another port. */
export const standardPort = 4747;
